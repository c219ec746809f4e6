-- Health scores of clients: five references to a client's name, none declared, the name not unique by any constraint.
-- n is the number of a row; what is wrong, and how many rows of it, is in client_success.expected.toml.

CREATE TABLE nps_clients (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_name text NOT NULL,
    segment text NOT NULL,
    cse text NOT NULL
);
CREATE TABLE nps_responses (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_name text NOT NULL,
    score int NOT NULL CHECK (score BETWEEN 0 AND 10),
    responded_at timestamptz NOT NULL
);
CREATE TABLE unified_meetings (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_name text,
    meeting_date date NOT NULL,
    subject text NOT NULL
);
CREATE TABLE actions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "Client" text NOT NULL,
    "Action_Description" text NOT NULL,
    "Status" text NOT NULL,
    "Due_Date" date NOT NULL
);
CREATE TABLE segmentation_tiers (
    id int PRIMARY KEY,
    tier_name text NOT NULL UNIQUE
);
CREATE TABLE tier_event_requirements (
    id int PRIMARY KEY,
    tier_id int NOT NULL REFERENCES segmentation_tiers,
    event_type text NOT NULL,
    required_count int NOT NULL,
    UNIQUE (tier_id, event_type)
);
CREATE TABLE segmentation_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_name text NOT NULL,
    event_type text NOT NULL,
    event_date date NOT NULL
);
CREATE TABLE segmentation_event_compliance (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_name text NOT NULL,
    year int NOT NULL,
    compliance_percentage numeric NOT NULL,
    status text NOT NULL,
    UNIQUE (client_name, year)
);
CREATE INDEX segmentation_events_client_name ON segmentation_events (client_name);

INSERT INTO nps_clients (client_name, segment, cse)
SELECT 'Client ' || to_char(n, 'FM000') || (ARRAY[' Ltd', ' GmbH', ' & Sons', ''])[1 + n % 4],
    (ARRAY['Giant', 'Nurture', 'Maintain'])[1 + n % 3], (ARRAY['Ann Ito', 'Bo Berg', 'Cy Diaz'])[1 + n % 3]
FROM generate_series(1, 80) AS n;

-- deliberate (orphaned-, misspelled-reference): 3 of a client in capitals, 2 with a blank behind, 1 of a client who is gone
INSERT INTO nps_responses (client_name, score, responded_at)
SELECT CASE WHEN n IN (100, 200, 300) THEN upper(client_name) WHEN n IN (150, 250) THEN client_name || ' '
            WHEN n = 160 THEN 'Globex' ELSE client_name END,
    n % 11, timestamptz '2026-01-01' + n * interval '7 hours'
FROM generate_series(1, 400) AS n JOIN nps_clients ON id = 1 + n % 80;

-- deliberate (orphaned-reference): 4 meetings with prospects; every tenth is internal and has no client
INSERT INTO unified_meetings (client_name, meeting_date, subject)
SELECT CASE WHEN n % 10 = 0 THEN NULL WHEN n % 75 = 1 THEN 'Prospect ' || n ELSE client_name END,
    date '2026-01-01' + n % 200, (ARRAY['Kick-off', 'Review', 'Renewal'])[1 + n % 3]
FROM generate_series(1, 300) AS n JOIN nps_clients ON id = 1 + n % 80;

-- deliberate (misspelled-reference): 5 in lower case; and statuses outside the four, which no main check is about
INSERT INTO actions ("Client", "Action_Description", "Status", "Due_Date")
SELECT CASE WHEN n % 50 = 0 THEN lower(client_name) ELSE client_name END, 'Follow up on item ' || n % 40,
    CASE WHEN n % 97 = 0 THEN 'open ' ELSE (ARRAY['Open', 'In Progress', 'Completed', 'Cancelled'])[1 + n % 4] END,
    date '2026-03-01' + n % 90
FROM generate_series(1, 250) AS n JOIN nps_clients ON id = 1 + n % 80;

INSERT INTO segmentation_tiers VALUES (1, 'Giant'), (2, 'Nurture'), (3, 'Maintain');
INSERT INTO tier_event_requirements
SELECT row_number() OVER (), t, e, t + length(e)
FROM generate_series(1, 3) AS t, unnest(ARRAY['Workshop', 'Review', 'Visit']) AS e;
INSERT INTO segmentation_events (client_name, event_type, event_date)
SELECT client_name, (ARRAY['Workshop', 'Review', 'Visit'])[1 + n % 3], date '2026-01-01' + n % 250
FROM generate_series(1, 320) AS n JOIN nps_clients ON id = 1 + n % 80;
INSERT INTO segmentation_event_compliance (client_name, year, compliance_percentage, status)
SELECT client_name, year, p, CASE WHEN p < 50 THEN 'critical' WHEN p < 100 THEN 'at risk' ELSE 'compliant' END
FROM nps_clients, unnest(ARRAY[2025, 2026]) AS year, LATERAL (SELECT (id * 7 + year) % 101) AS s (p);

CREATE MATERIALIZED VIEW client_health_summary AS
SELECT c.client_name, c.segment, avg(r.score) AS nps,
    count(DISTINCT m.id) AS meetings, count(DISTINCT a.id) FILTER (WHERE a."Status" = 'Open') AS open_actions
FROM nps_clients c
LEFT JOIN nps_responses r ON r.client_name = c.client_name
LEFT JOIN unified_meetings m ON m.client_name = c.client_name
LEFT JOIN actions a ON a."Client" = c.client_name
GROUP BY c.client_name, c.segment;
CREATE UNIQUE INDEX client_health_summary_client_name ON client_health_summary (client_name);
CREATE MATERIALIZED VIEW event_compliance_summary AS
SELECT client_name, year, avg(compliance_percentage) AS compliance, max(status) AS status
FROM segmentation_event_compliance GROUP BY client_name, year;
CREATE UNIQUE INDEX event_compliance_summary_key ON event_compliance_summary (client_name, year);
CREATE FUNCTION refresh_client_views() RETURNS void LANGUAGE sql AS $$
    REFRESH MATERIALIZED VIEW CONCURRENTLY client_health_summary;
    REFRESH MATERIALIZED VIEW CONCURRENTLY event_compliance_summary;
$$;
ANALYZE;
