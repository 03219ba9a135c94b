use crate::VerifiedEvent;

/// A handler with one [`VerifiedEvent<T>`] among its first six arguments. The compiler finds `Args`
/// and `At`.
#[diagnostic::on_unimplemented(
    message = "the event type cannot be read off this handler",
    label = "no argument of this handler is a `VerifiedEvent<T>`",
    note = "`.on_event(handler)` takes an async fn with one `VerifiedEvent<T>` argument; \
            register others with `.on(\"type\", handler)`"
)]
pub trait TakesEvent<Args, At> {
    /// The `T`.
    type Payload;
}

/// The position of the argument.
#[derive(Debug)]
pub struct At<const N: usize>(());

macro_rules! takes_event {
    ($($at:literal: ($($before:ident),*) ($($after:ident),*);)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<F, Output, T, $($before,)* $($after,)*>
            TakesEvent<($($before,)* VerifiedEvent<T>, $($after,)*), At<$at>> for F
        where
            F: FnOnce($($before,)* VerifiedEvent<T>, $($after,)*) -> Output,
        {
            type Payload = T;
        }
    )*};
}

takes_event! {
    0: () ();
    0: () (B); 1: (A) ();
    0: () (B, C); 1: (A) (C); 2: (A, B) ();
    0: () (B, C, D); 1: (A) (C, D); 2: (A, B) (D); 3: (A, B, C) ();
    0: () (B, C, D, E); 1: (A) (C, D, E); 2: (A, B) (D, E); 3: (A, B, C) (E); 4: (A, B, C, D) ();
    0: () (B, C, D, E, G); 1: (A) (C, D, E, G); 2: (A, B) (D, E, G); 3: (A, B, C) (E, G);
    4: (A, B, C, D) (G); 5: (A, B, C, D, E) ();
}
