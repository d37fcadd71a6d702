-- Who gives the ambulant help, and of which offer bridging care took a place, are there.
ALTER TABLE placement ADD CONSTRAINT placement_companion_id_fkey FOREIGN KEY (companion_id) REFERENCES provider (id);
ALTER TABLE bridging_care ADD CONSTRAINT bridging_care_offer_id_fkey FOREIGN KEY (offer_id) REFERENCES offer (id);
CREATE INDEX placement_companion ON placement (companion_id);
