-- An address that JSON refers to as it is spelled: lower-cased alone, it would be lost to what refers to it.
--! [[intend]]
--! kind = "foreign-key"
--! table = "public.users"
--! expression = "metadata->>'invited_by'"
--! references = "public.users(email)"
CREATE TABLE users (email text PRIMARY KEY, metadata json);
INSERT INTO users VALUES ('bo@x.org', json_build_object('invited_by', ' cy@x.org')),
    (' cy@x.org', json_build_object('invited_by', 'bo@x.org')),
    ('dee@x.org', json_build_object('invited_by', 'nobody@x.org'));
ANALYZE;
