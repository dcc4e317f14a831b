-- Internet sessions, and whether an invoice rests on them; a session that runs has no end.
-- order: 30
-- kind: view
-- session_end requires ip_session.stop_at
-- is_billed requires ip_session.session_id
SELECT
    t.*,
    CAST(t.stop_at AS DATE) AS session_end,
    t.invoice_id IS NOT NULL AS is_billed, -- many exports name no invoice: nothing is billed there
    coalesce(h.held, false) AS exempt_legal_hold,
    coalesce(h.hold_in_doubt, false) AS hold_in_doubt,
    coalesce(h.restricted, false) AS exempt_restricted,
    coalesce(h.restriction_in_doubt, false) AS restriction_in_doubt
FROM export_ip_session AS t
LEFT JOIN suspended_customer AS h ON t.customer_id = h.customer_id
