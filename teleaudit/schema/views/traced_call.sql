-- Call records with what they lead to: a known customer, the recording that the call record names, and whether either of its numbers
-- was the customer's that day, where the customer ever had it.
-- A recording is known by its file name: the exchange and the index rarely write the same folders.
-- order: 45
-- kind: view
-- of: cdr
-- key: call_id
-- call_date requires cdr.start_at
-- customer_known requires cdr.customer_id, crm_customer.customer_id
-- invoice_found requires cdr.invoice_id, invoice.invoice_id
-- recording_indexed requires cdr.recording_path, recording_index.path
-- knows_number requires cdr.customer_id, cdr.a_number, cdr.b_number, number_assignment.number, number_assignment.customer_id, number_assignment.valid_from
-- had_number requires cdr.customer_id, cdr.a_number, cdr.b_number, cdr.start_at, number_assignment.number, number_assignment.customer_id, number_assignment.valid_from, number_assignment.valid_to
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
    $services_known AS services_known, -- else a register of services that was not exported may know the customer
    x.file_name IS NOT NULL AS recording_indexed,
    n.phone IS NOT NULL OR m.phone IS NOT NULL AS knows_number,
    -- null where it is unknown
    CASE
        WHEN coalesce(c.call_date >= n.first_day AND c.call_date <= coalesce(n.last_day, c.call_date) AND NOT n.end_unreadable, false)
        OR coalesce(c.call_date >= m.first_day AND c.call_date <= coalesce(m.last_day, c.call_date) AND NOT m.end_unreadable, false) THEN true
        WHEN c.call_date IS NULL OR coalesce(n.end_unreadable AND c.call_date >= n.first_day, false) OR coalesce(m.end_unreadable AND c.call_date >= m.first_day, false) THEN NULL
        ELSE false
    END AS had_number,
    coalesce(n.end_unreadable, false) OR coalesce(m.end_unreadable, false) AS number_end_unreadable,
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
LEFT JOIN customer_number AS n ON c.customer_id = n.customer_id AND right(replace(c.a_number, ' ', ''), 8) = n.phone
LEFT JOIN customer_number AS m ON c.customer_id = m.customer_id AND right(replace(c.b_number, ' ', ''), 8) = m.phone
