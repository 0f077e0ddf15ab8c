//! The stages after `resolve`, in their order.
