-- Consents with the telephone number they are about, where their address is one; they are about all of the customer's numbers otherwise.
-- order: 10
-- kind: view
SELECT
    *,
    CASE
        WHEN regexp_matches(address, '^[^A-Za-zÆØÅæøå@]+$') AND regexp_matches(regexp_replace(address, '[^0-9]', '', 'g'), '^((00)?45)?[0-9]{8}$')
            THEN right(regexp_replace(address, '[^0-9]', '', 'g'), 8)
    END AS about
FROM export_consent
