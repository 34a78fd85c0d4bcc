//! The read model: every list, filter, facet, count, order, page and graph is answered from memory.
