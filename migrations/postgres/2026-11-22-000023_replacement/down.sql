UPDATE response SET status = 'niet-doorgegaan' WHERE status = 'zorg-beeindigd';
ALTER TABLE response DROP CONSTRAINT response_status_check;
ALTER TABLE response ADD CONSTRAINT response_status_check CHECK (
    status IN ('open', 'geaccepteerd', 'afgewezen', 'ingetrokken', 'door-ander-geplaatst', 'wachtende-van-de-lijst',
        'verlopen', 'niet-doorgegaan')
);
DROP TABLE replacement_notice;
DROP TABLE waiting_client_return;
