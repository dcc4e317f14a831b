-- Customers with the end of their relationship and what may suspend erasure.
-- order: 30
-- kind: view
-- relationship_end requires crm_customer.customer_id, crm_customer.end_date
-- relationship_state requires crm_customer.customer_id, crm_customer.end_date
-- latest_service_end requires crm_customer.customer_id
-- active_services requires crm_customer.customer_id
SELECT
    t.*,
    r.relationship_end,
    coalesce(r.relationship_state, 'orphan') AS relationship_state,
    r.latest_service_end,
    coalesce(r.active_services, 0) AS active_services,
    h.customer_id IS NOT NULL AS exempt_legal_hold,
    coalesce(t.open_balance > 0, false) AS exempt_open_balance
FROM export_crm_customer AS t
LEFT JOIN relationship AS r ON t.customer_id = r.customer_id
LEFT JOIN held_customer AS h ON t.customer_id = h.customer_id
