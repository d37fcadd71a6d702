-- A step of mediation that was still open when the child got a place or left the list ended with that: with a place for who has
-- one, and as no longer needed for the others. It ended when the status last changed.
UPDATE mediation_step SET
    closed_at = (
        SELECT max(line.at) FROM waiting_client_event line
        WHERE line.client_id = mediation_step.client_id AND line.from_status <> line.to_status
    ),
    outcome = (
        SELECT CASE WHEN client.status IN ('ingetrokken', 'vervallen') THEN 'niet-meer-nodig' ELSE 'plek-gevonden' END
        FROM waiting_client client WHERE client.id = mediation_step.client_id
    ),
    closed_by_name = 'Systeem',
    closed_by_organisation = ''
WHERE closed_at IS NULL
    AND client_id IN (
        SELECT id FROM waiting_client
        WHERE status IN ('geaccepteerd', 'geplaatst', 'ingetrokken', 'elders-geplaatst', 'vervallen')
    )
    AND EXISTS (
        SELECT 1 FROM waiting_client_event line
        WHERE line.client_id = mediation_step.client_id AND line.from_status <> line.to_status
    );
-- Who came back for another place since then waits anew: what was open before that ended with the place it had.
UPDATE mediation_step SET
    closed_at = (
        SELECT max(line.at) FROM waiting_client_event line
        WHERE line.client_id = mediation_step.client_id AND line.to_status = 'geplaatst'
    ),
    outcome = 'plek-gevonden',
    closed_by_name = 'Systeem',
    closed_by_organisation = ''
WHERE closed_at IS NULL
    AND begun_at < (
        SELECT max(line.at) FROM waiting_client_event line
        WHERE line.client_id = mediation_step.client_id AND line.to_status = 'geplaatst'
    );
