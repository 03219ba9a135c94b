//! What the compiler says about a constructor whose feature is off.

use std::convert::Infallible;

/// What the constructors of the feature `asymmetric` take where it is off: no type implements it,
/// so a call does not compile, and the compiler says which feature is needed.
///
/// ```compile_fail
/// fn discord(public_key: impl webhook_core::adapter::FeatureAsymmetric) {}
///
/// discord("e8b7c0b2…");
/// ```
#[diagnostic::on_unimplemented(
    message = "this provider signs with a private key, and its constructor needs the feature `asymmetric`",
    label = "needs the feature `asymmetric`",
    note = "turn the feature on where `Cargo.toml` names the crate of this constructor: `features = [\"asymmetric\"]`",
    note = "the feature builds aws-lc, which needs a C compiler"
)]
pub trait FeatureAsymmetric: private::Sealed {
    #[doc(hidden)]
    fn never(self) -> Infallible;
}

mod private {
    #[allow(
        unnameable_types,
        reason = "a type that could be named could implement it"
    )]
    pub trait Sealed: Sized {}
}
