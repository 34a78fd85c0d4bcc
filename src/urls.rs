//! Every path of a page or endpoint, made from types: nobody writes an address by hand.
