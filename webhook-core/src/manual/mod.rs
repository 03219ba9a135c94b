//! The manual: what is promised, and why the defaults are what they are.
