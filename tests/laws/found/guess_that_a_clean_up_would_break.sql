-- calls(id) may refer to plans(id), of which rows are set aside: a foreign key that rests on a guess is not declared.
CREATE TABLE calls (id int) PARTITION BY HASH (id);
CREATE TABLE calls_0 PARTITION OF calls FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE calls_1 PARTITION OF calls FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE plans (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, needed text);
INSERT INTO calls VALUES (1), (2), (3);
INSERT INTO plans (needed) VALUES (NULL), ('6'), ('5'), ('3'), ('7'), ('6');
ALTER TABLE plans ADD CHECK (needed IS NOT NULL) NOT VALID;
ANALYZE;
