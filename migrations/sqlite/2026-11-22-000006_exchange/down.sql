DROP TABLE exchange_job;
