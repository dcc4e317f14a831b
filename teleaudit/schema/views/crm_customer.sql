-- Customers with the end of their relationship and what may suspend erasure.
-- order: 30
-- kind: view
-- relationship_end requires crm_customer.customer_id, crm_customer.end_date
-- relationship_state requires crm_customer.customer_id, crm_customer.end_date
-- latest_service_end requires crm_customer.customer_id
-- active_services requires crm_customer.customer_id
-- was_served requires crm_customer.customer_id, agreement.customer_id, subscription.customer_id
-- was_quoted requires crm_customer.customer_id, quote.customer_id
-- optional_data requires crm_customer.customer_id
-- optional_consent requires crm_customer.customer_id, consent.customer_id, consent.purpose, consent.given_at, consent.withdrawn_at
-- optional_withdrawn_on requires crm_customer.customer_id, consent.customer_id, consent.purpose, consent.given_at, consent.withdrawn_at
-- optional_unreadable requires crm_customer.customer_id, consent.customer_id, consent.purpose, consent.given_at, consent.withdrawn_at
-- optional_consent doubts consent.purpose where optional_unreadable
-- optional_withdrawn_on doubts consent.purpose where optional_unreadable
-- is_called_anonymous doubts crm_customer.end_date, agreement.ended_at, subscription.end_date where ends_unknown AND name IS NULL AND anonymised_at IS NULL
-- is_called_anonymous requires crm_customer.name
-- is_identifiable requires crm_customer.name
-- holds_hash requires crm_customer.name
-- holds_known_hash requires crm_customer.name, crm_contact.contact_id, number_assignment.number
-- free_text requires crm_customer.notes
-- is_test requires crm_customer.name
-- has_twin requires crm_customer.customer_id, crm_customer.cvr, crm_customer.email
-- relationship_end doubts crm_customer.end_date, agreement.ended_at, subscription.end_date where ends_unknown
-- relationship_state doubts crm_customer.end_date, agreement.ended_at, subscription.end_date where ends_unknown
-- latest_service_end doubts crm_customer.end_date, agreement.ended_at, subscription.end_date where ends_unknown
-- active_services doubts crm_customer.end_date, agreement.ended_at, subscription.end_date where ends_unknown
SELECT
    t.*,
    r.relationship_end,
    coalesce(r.relationship_state, 'orphan') AS relationship_state,
    coalesce(r.ends_unknown, false) AS ends_unknown,
    r.latest_service_end,
    coalesce(r.active_services, 0) AS active_services,
    s.customer_id IS NOT NULL AS was_served,
    q.customer_id IS NOT NULL AS was_quoted,
    $services_known AS services_known, -- whether every register of services that is held was exported
    coalesce(regexp_matches(lower(trim(t.status)), '^(ophørt|opsagt|lukket|inaktiv|ended|closed|terminated|inactive)$'), false) AS says_ended,
    s.customer_id IS NULL AND coalesce(q.open_until >= $as_of, false) AS is_prospect, -- never served, and with an offer that still stands
    s.customer_id IS NULL AND (NOT $quotes_known OR coalesce(q.undated, false)) AS may_be_prospect, -- never served, and nobody knows whether an offer stands
    t.birth_date IS NOT NULL OR t.gender IS NOT NULL AS optional_data, -- columns that are not exported hold nothing
    coalesce(o.in_force, false) AS optional_consent,
    o.withdrawn_on AS optional_withdrawn_on,
    coalesce(o.unreadable, false) AS optional_unreadable,
    t.anonymised_at IS NOT NULL OR (t.name IS NULL AND coalesce(r.relationship_state, 'orphan') = 'ended') AS is_called_anonymous,
    coalesce(
        CASE WHEN NOT coalesce(x.phone_is_hash, false) THEN t.phone END,
        CASE WHEN NOT coalesce(x.mobile_is_hash, false) THEN t.mobile END,
        CASE WHEN NOT coalesce(x.email_is_hash, false) THEN t.email END,
        t.cvr,
        t.address
    ) IS NOT NULL AS is_identifiable, -- in the clear, the name apart
    x.remains IS NOT NULL AS holds_hash,
    coalesce(x.number_is_known, false) AS holds_known_hash,
    t.notes AS free_text,
    coalesce(regexp_matches(lower(t.name), '^(test|testkunde|testperson|testbruger|prøvekunde|dummy)([^a-zæøå]|$)'), false)
    OR coalesce(regexp_matches(lower(t.email), '@(.*[.])?(example[.](org|net)|example|test|invalid|localhost)$'), false) -- of RFC 2606; example.com is written by real people who have no address
    OR coalesce(regexp_matches(coalesce(t.phone, '') || ';' || coalesce(t.mobile, ''), '(^|;|[+]45|0045) ?(12 ?34 ?56 ?78|11 ?11 ?11 ?11|00 ?00 ?00 ?00|99 ?99 ?99 ?99)(;|$)'), false)
        AS is_test,
    w.cvr IS NOT NULL AS has_twin,
    coalesce(h.held, false) AS exempt_legal_hold,
    coalesce(h.hold_in_doubt, false) AS hold_in_doubt,
    coalesce(h.restricted, false) AS exempt_restricted,
    coalesce(h.restriction_in_doubt, false) AS restriction_in_doubt,
    -- what is owed stands in the CRM, or else in the ledger; the last bill falls due after the end; where no bill is known, the end is the latest that is known of the claim
    coalesce(coalesce(t.open_balance, d.open_amount) > 0 AND greatest(r.relationship_end, d.latest_due) + INTERVAL '3' YEAR >= $as_of, false) AS claim_may_live
FROM export_crm_customer AS t
LEFT JOIN relationship AS r ON t.customer_id = r.customer_id
LEFT JOIN suspended_customer AS h ON t.customer_id = h.customer_id
LEFT JOIN served_customer AS s ON t.customer_id = s.customer_id
LEFT JOIN quoted_customer AS q ON t.customer_id = q.customer_id
LEFT JOIN optional_consent AS o ON t.customer_id = o.customer_id
LEFT JOIN latest_claim AS d ON t.customer_id = d.customer_id
LEFT JOIN twin AS w ON t.cvr = w.cvr AND lower(t.email) = w.email
LEFT JOIN hashed_customer AS x
    ON
        CASE
            WHEN t.anonymised_at IS NOT NULL OR t.name IS NULL OR regexp_matches(lower(t.name), '^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$')
                THEN coalesce(t.phone, '') || '|' || coalesce(t.mobile, '') || '|' || coalesce(t.email, '') || '|' || coalesce(t.name, '') || '|' || coalesce(t.notes, '')
        END = x.remains
