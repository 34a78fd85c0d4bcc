-- Versions are read in the order of their ids, which is that of their times.
DROP INDEX entity_versions_at;

-- What is looked at after every change is found without reading all entities: what is missing, and who leads where.
DROP INDEX entities_missing_since;
CREATE INDEX entities_missing ON entities (origin, entity_ref) WHERE missing_since IS NOT NULL;
CREATE INDEX entities_leading ON entities (entity_ref) WHERE targets IS NOT NULL OR location_key IS NULL;
