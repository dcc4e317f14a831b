-- Contact persons with the end of their customer's relationship; an orphan's customer is known nowhere.
-- order: 30
-- kind: view
-- relationship_end requires crm_contact.customer_id, crm_customer.customer_id, crm_customer.end_date
-- relationship_state requires crm_contact.customer_id, crm_customer.customer_id, crm_customer.end_date
-- is_test requires crm_contact.name
-- relationship_end doubts crm_customer.end_date, agreement.ended_at, subscription.end_date where ends_unknown
-- relationship_state doubts crm_customer.end_date, agreement.ended_at, subscription.end_date where ends_unknown
SELECT
    t.*,
    r.relationship_end,
    coalesce(r.relationship_state, 'orphan') AS relationship_state,
    $services_known AS services_known, -- else a register of services that was not exported may know the customer
    coalesce(r.ends_unknown, false) AS ends_unknown,
    coalesce(h.held, false) AS exempt_legal_hold,
    coalesce(h.hold_in_doubt, false) AS hold_in_doubt,
    coalesce(h.restricted, false) AS exempt_restricted,
    coalesce(h.restriction_in_doubt, false) AS restriction_in_doubt,
    coalesce(regexp_matches(lower(t.name), '^(test|testkunde|testperson|testbruger|prøvekunde|dummy)([^a-zæøå]|$)'), false)
    OR coalesce(regexp_matches(lower(t.email), '@(.*[.])?(example[.](org|net)|example|test|invalid|localhost)$'), false)
    OR coalesce(regexp_matches(t.phone, '^([+]45|0045)? ?(12 ?34 ?56 ?78|11 ?11 ?11 ?11|00 ?00 ?00 ?00|99 ?99 ?99 ?99)$'), false)
        AS is_test
FROM export_crm_contact AS t
LEFT JOIN relationship AS r ON t.customer_id = r.customer_id
LEFT JOIN suspended_customer AS h ON t.customer_id = h.customer_id
