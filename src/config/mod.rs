//! `app-config.yaml` as Backstage reads it, into typed sections; all problems at once.
