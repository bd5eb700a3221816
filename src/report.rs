//! What is written of a night: tables, JSON, sentences.

pub mod annotations;
pub mod dictionary;
pub mod files;
pub mod findings;
pub mod folder;
pub mod json;
pub mod parquet;
pub mod rows;
pub mod tables;
pub mod text;
