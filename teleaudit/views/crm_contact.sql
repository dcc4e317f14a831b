-- Contact persons with the end of their customer's relationship; an orphan's customer is known nowhere.
-- order: 30
-- kind: view
-- relationship_end requires crm_contact.customer_id, crm_customer.customer_id, crm_customer.end_date
-- relationship_state requires crm_contact.customer_id, crm_customer.customer_id, crm_customer.end_date
SELECT
    t.*,
    r.relationship_end,
    coalesce(r.relationship_state, 'orphan') AS relationship_state,
    h.customer_id IS NOT NULL AS exempt_legal_hold
FROM export_crm_contact AS t
LEFT JOIN relationship AS r ON t.customer_id = r.customer_id
LEFT JOIN held_customer AS h ON t.customer_id = h.customer_id
