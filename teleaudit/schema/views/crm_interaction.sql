-- Correspondence with the end of the customer's relationship: it is counted from that end, not from the message's date.
-- order: 30
-- kind: view
-- relationship_end requires crm_interaction.customer_id, crm_customer.customer_id, crm_customer.end_date
-- relationship_state requires crm_interaction.customer_id, crm_customer.customer_id, crm_customer.end_date
-- free_text requires crm_interaction.body
-- relationship_end doubts crm_customer.end_date, agreement.ended_at, subscription.end_date where ends_unknown
-- relationship_state doubts crm_customer.end_date, agreement.ended_at, subscription.end_date where ends_unknown
SELECT
    t.*,
    r.relationship_end,
    coalesce(r.relationship_state, 'orphan') AS relationship_state,
    $services_known AS services_known, -- else a register of services that was not exported may know the customer
    coalesce(r.ends_unknown, false) AS ends_unknown,
    CASE WHEN coalesce(t.subject, t.body) IS NOT NULL THEN coalesce(t.subject, '') || ' / ' || coalesce(t.body, '') END AS free_text,
    coalesce(h.held, false) AS exempt_legal_hold,
    coalesce(h.hold_in_doubt, false) AS hold_in_doubt,
    coalesce(h.restricted, false) AS exempt_restricted,
    coalesce(h.restriction_in_doubt, false) AS restriction_in_doubt
FROM export_crm_interaction AS t
LEFT JOIN relationship AS r ON t.customer_id = r.customer_id
LEFT JOIN suspended_customer AS h ON t.customer_id = h.customer_id
