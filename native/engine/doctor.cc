#include "engine/doctor.h"

#include <algorithm>

#include "base/text.h"
#include "engine/symptoms.h"

namespace coder::engine {
namespace {

constexpr size_t kWindow = 8192;     // of one line; a longer one is looked at in parts
constexpr size_t kOverlap = 512;     // more than any text in the table, with what is taken out of the line
constexpr size_t kShownBytes = 297;  // and an ellipsis

}  // namespace

void Doctor::feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (c == '\n') {
      end_line();
      continue;
    }
    fresh_ = false;
    if (escape_ == Escape::begun) {
      escape_ = c == '[' ? Escape::control : c == ']' ? Escape::title : Escape::none;
      continue;
    }
    if (escape_ == Escape::control) {
      if (c >= '@' && c <= '~') escape_ = Escape::none;
      continue;
    }
    if (escape_ == Escape::title) {
      if (c == '\a' || c == '\x1b') escape_ = c == '\a' ? Escape::none : Escape::begun;
      continue;
    }
    if (c == '\x1b') {
      escape_ = Escape::begun;
    } else if (c != '\0') {
      window_ += c;
      if (window_.size() >= kWindow) {
        examine();
        window_.erase(0, window_.size() - kOverlap);
      }
    }
  }
}

void Doctor::end_line() {
  examine();
  window_.clear();
  escape_ = Escape::none;
  fresh_ = true;
  ++line_;
}

void Doctor::finish() {
  if (!fresh_) end_line();
}

void Doctor::examine() {
  const std::string lower = lower_ascii(window_);
  const Symptom* symptom = symptom_in(lower);
  if (!symptom) return;
  for (const Diagnosis& earlier : found_) {
    const std::vector<Cause>& causes = symptom->follows_from;
    if (earlier.cause == symptom->cause || symptom->cause == Cause::wrapper ||
        std::find(causes.begin(), causes.end(), earlier.cause) != causes.end())
      return;
  }
  Diagnosis diagnosis = explain(symptom->cause, window_, lower);
  diagnosis.cause = symptom->cause;
  diagnosis.line = line_;
  diagnosis.text = std::string(trim(one_line(to_valid_utf8(window_), kShownBytes)));
  found_.push_back(std::move(diagnosis));
}

}  // namespace coder::engine
