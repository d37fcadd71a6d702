DROP INDEX placement_companion;
ALTER TABLE bridging_care DROP CONSTRAINT bridging_care_offer_id_fkey;
ALTER TABLE placement DROP CONSTRAINT placement_companion_id_fkey;
