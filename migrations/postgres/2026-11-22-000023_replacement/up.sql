-- A child that had care came back for another place, last on this day. The wait for that counts from it; the date on which
-- the child first waited stays.
CREATE TABLE waiting_client_return (
    client_id BIGINT PRIMARY KEY NOT NULL REFERENCES waiting_client (id),
    returned_on DATE NOT NULL
);

-- Of which ends of care in a municipality the toegang was mailed. The key decides which of several servers mails.
CREATE TABLE replacement_notice (
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    product_id BIGINT NOT NULL REFERENCES product (id),
    municipality_id BIGINT NOT NULL REFERENCES municipality (id),
    last_day DATE NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (provider_id, product_id, municipality_id, last_day)
);

-- A response can end with the care that came of it.
ALTER TABLE response DROP CONSTRAINT response_status_check;
ALTER TABLE response ADD CONSTRAINT response_status_check CHECK (
    status IN ('open', 'geaccepteerd', 'afgewezen', 'ingetrokken', 'door-ander-geplaatst', 'wachtende-van-de-lijst',
        'verlopen', 'niet-doorgegaan', 'zorg-beeindigd')
);
