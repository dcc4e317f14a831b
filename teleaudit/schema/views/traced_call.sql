-- Call records with what they lead to: a known customer, and the recording that the call record names.
-- A recording is known by its file name: the exchange and the index rarely write the same folders.
-- order: 45
-- kind: view
-- of: cdr
-- key: call_id
-- call_date requires cdr.start_at
-- customer_known requires cdr.customer_id, crm_customer.customer_id
-- invoice_found requires cdr.invoice_id, invoice.invoice_id
-- recording_indexed requires cdr.recording_path, recording_index.path
SELECT
    c._file,
    c._line,
    c._issues,
    c.call_id,
    c.customer_id,
    c.invoice_id,
    c.start_at,
    c.recording_path,
    c.call_date,
    c.invoice_found,
    r.customer_id IS NOT NULL AS customer_known,
    x.file_name IS NOT NULL AS recording_indexed,
    c.exempt_legal_hold AS exempt_legal_hold,
    c.hold_in_doubt AS hold_in_doubt,
    c.exempt_restricted AS exempt_restricted,
    c.restriction_in_doubt AS restriction_in_doubt
FROM cdr AS c
LEFT JOIN relationship AS r ON c.customer_id = r.customer_id
LEFT JOIN (
    SELECT DISTINCT lower(regexp_extract(path, '[^/\\]+$', 0)) AS file_name
    FROM export_recording_index
    WHERE regexp_matches(path, '[^/\\]$')
) AS x ON lower(regexp_extract(c.recording_path, '[^/\\]+$', 0)) = x.file_name
