-- With which publication a child came to the list, and where it lives whatever is shown of that: who was not in the publication
-- before, for this product in this municipality, is new. Of what is published already it is when the newest of its group came.
ALTER TABLE published_client ADD COLUMN came_at TIMESTAMP NOT NULL DEFAULT '2000-01-01 00:00:00';
ALTER TABLE published_client ADD COLUMN lives_in BIGINT NOT NULL DEFAULT 0;
UPDATE published_client SET came_at = newest_at,
    lives_in = (SELECT municipality_id FROM waiting_client WHERE waiting_client.id = published_client.client_id);
