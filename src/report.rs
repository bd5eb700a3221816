//! What is written of a night: tables, JSON.

pub mod files;
pub mod tables;
