-- Registrations of waiting clients come in by file too.
ALTER TABLE exchange_job DROP CONSTRAINT exchange_job_kind_check;
ALTER TABLE exchange_job ADD CONSTRAINT exchange_job_kind_check CHECK (
    kind IN ('segmenten', 'producten', 'aanbieders', 'locaties', 'contracten', 'aanbod', 'gebruikers', 'wachtenden')
);
