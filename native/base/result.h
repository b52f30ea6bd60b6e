// Errors are values: every operation that can fail returns a Result<T> whose
// Error has one of a closed set of kinds and a message a user can act on.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace coder {

/// What went wrong, as far as the outside cares. Each kind has one exit code
/// (see exit_code); add a kind only with a new entry in the command line's contract.
enum class ErrorKind {
  internal,     ///< a defect of ours, or the machine's (disk full, no memory)
  usage,        ///< wrong arguments or a malformed RPC request
  config,       ///< the configuration file, a missing key, no usable model
  auth,         ///< 401/403: the key was refused
  policy,       ///< refused by privacy or budget
  edits,        ///< edits refused, nothing written
  provider,     ///< provider, network or stream failure
  interrupted,  ///< cancelled by the user
};

/// Stable lower-case name, used in JSON output and RPC errors.
const char* to_string(ErrorKind kind);

/// Exit code of the command line: 0 is success and never returned here.
int exit_code(ErrorKind kind);

/// An error reads: what happened (message), what to do next (hint).
/// Neither may ever contain a key or prompt text.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;
  std::string hint;  ///< may be empty

  /// "message. hint" in one line.
  std::string text() const;
};

/// A value or an Error. Move-only when T is.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return *checked(); }
  const T& value() const& { return *const_cast<Result*>(this)->checked(); }
  T&& value() && { return std::move(*checked()); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return checked(); }
  const T* operator->() const { return const_cast<Result*>(this)->checked(); }

  Error& error() {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }
  const Error& error() const { return const_cast<Result*>(this)->error(); }

 private:
  T* checked() {
    assert(ok());
    return std::get_if<0>(&state_);
  }
  std::variant<T, Error> state_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}
  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  Error& error() { return *error_; }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace coder
