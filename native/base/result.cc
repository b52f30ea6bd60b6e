#include "base/result.h"

namespace coder {

const char* to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::internal:
      return "internal";
    case ErrorKind::usage:
      return "usage";
    case ErrorKind::config:
      return "config";
    case ErrorKind::auth:
      return "auth";
    case ErrorKind::policy:
      return "policy";
    case ErrorKind::edits:
      return "edits";
    case ErrorKind::provider:
      return "provider";
    case ErrorKind::interrupted:
      return "interrupted";
  }
  return "internal";
}

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::internal:
      return 1;
    case ErrorKind::usage:
      return 2;
    case ErrorKind::config:
      return 3;
    case ErrorKind::auth:
      return 4;
    case ErrorKind::policy:
      return 5;
    case ErrorKind::edits:
      return 6;
    case ErrorKind::provider:
      return 7;
    case ErrorKind::interrupted:
      return 130;
  }
  return 1;
}

std::string Error::text() const {
  if (hint.empty()) return message;
  const char last = message.empty() ? '.' : message.back();
  return message + (last == '.' || last == '?' || last == '!' ? " " : ". ") + hint;
}

}  // namespace coder
