ALTER TABLE published_client DROP COLUMN lives_in;
ALTER TABLE published_client DROP COLUMN came_at;
