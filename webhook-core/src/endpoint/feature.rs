//! The compile error for a constructor whose feature is off.

/// The parameter type of the constructors that need the feature `asymmetric`, in builds without it.
/// No type implements this trait, so a call does not compile, and the compiler names the feature.
///
/// ```compile_fail
/// fn discord(public_key: impl webhook_core::adapter::FeatureAsymmetric) {}
///
/// discord("e8b7c0b2…");
/// ```
#[diagnostic::on_unimplemented(
    message = "this provider signs with a private key or encrypts: enable feature `asymmetric`",
    label = "needs the feature `asymmetric`",
    note = "enable it for this crate in `Cargo.toml`: `features = [\"asymmetric\"]`",
    note = "the feature builds aws-lc, which needs a C compiler"
)]
pub trait FeatureAsymmetric: private::Sealed {
    #[doc(hidden)]
    fn never<T>(self) -> T;
}

mod private {
    #[allow(
        unnameable_types,
        reason = "a type that could be named could implement it"
    )]
    pub trait Sealed: Sized {}
}
