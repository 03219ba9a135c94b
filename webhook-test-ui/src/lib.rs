//! Nothing: the tests are about programs that do not compile.
