// Package gate holds the nouns of the gate: what is read (Source, Blob), what is
// stated about it (Reference, Binding, Evidence), and what is decided (Rule,
// Violation, Report).
//
// Checks state facts and never judge; the Rego policies under rego/ judge. See
// ARCHITECTURE.md for the layers.
package gate
