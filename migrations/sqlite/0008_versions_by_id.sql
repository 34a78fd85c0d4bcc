-- Versions are read in the order of their ids, which is that of their times.
DROP INDEX entity_versions_at;
