#include "context/excerpt.h"

#include <algorithm>

#include "base/text.h"

namespace coder::context {

Excerpt::Excerpt(std::string path, std::string text, std::vector<workspace::Facts::Symbol> symbols)
    : path_(std::move(path)), text_(std::move(text)), symbols_(std::move(symbols)) {
  begins_.push_back(0);
  for (size_t at = 0; at < text_.size();) {
    const size_t newline = text_.find('\n', at);
    at = newline == std::string::npos ? text_.size() : newline + 1;
    begins_.push_back(at);
  }
  forms_.resize(lines(), Form::path);
  signatures_.reserve(symbols_.size());
  for (uint32_t i = 0; i < symbols_.size(); ++i) signatures_.push_back(place_signature(i));
}

std::string_view Excerpt::line(uint32_t number) const {
  std::string_view out =
      std::string_view(text_).substr(begins_[number], begins_[number + 1] - begins_[number]);
  while (!out.empty() && (out.back() == '\n' || out.back() == '\r')) out.remove_suffix(1);
  return out;
}

Span Excerpt::body(uint32_t symbol) const {
  const workspace::Facts::Symbol& s = symbols_[symbol];
  const uint32_t end = lines() == 0 ? 0 : lines() - 1;
  return {std::min(s.first_line, end), std::min(std::max(s.first_line, s.last_line), end)};
}

Span Excerpt::place_signature(uint32_t symbol) const {
  const workspace::Facts::Symbol& s = symbols_[symbol];
  const Span whole = body(symbol);
  const auto line_of = [&](size_t byte) {
    const auto after = std::upper_bound(begins_.begin(), begins_.end(), byte);
    const auto number = static_cast<uint32_t>(after - begins_.begin()) - 1;
    return std::clamp(number, whole.first, whole.last);
  };
  Span out{line_of(s.signature), line_of(s.signature_end > s.signature ? s.signature_end - 1 : s.signature)};
  out.last = std::max(out.first, std::min(out.last, out.first + kMaxSignatureLines - 1));
  return out;
}

size_t Excerpt::cost(Span span, Form form) const {
  size_t sum = 0;
  for (uint32_t i = span.first; i <= span.last && i < lines(); ++i) {
    const size_t size = begins_[i + 1] - begins_[i];
    const size_t clipped = std::min(size, kMaxLineBytes + kGap.size());
    if (forms_[i] == Form::path) sum += form == Form::body ? size : clipped;
    if (forms_[i] == Form::signature && form == Form::body) sum += size - clipped;
  }
  return sum == 0 ? 0 : sum + kGap.size();
}

uint32_t Excerpt::hidden(Span span) const {
  uint32_t sum = 0;
  for (uint32_t i = span.first; i <= span.last && i < lines(); ++i) sum += forms_[i] == Form::path;
  return sum;
}

void Excerpt::show(Span span, Form form) {
  for (uint32_t i = span.first; i <= span.last && i < lines(); ++i) {
    shown_ += forms_[i] == Form::path;
    forms_[i] = std::max(forms_[i], form);
  }
}

void Excerpt::clear() {
  std::fill(forms_.begin(), forms_.end(), Form::path);
  shown_ = 0;
}

std::vector<Chunk> Excerpt::chunks() const {
  std::vector<Chunk> out;
  for (uint32_t i = 0; i < lines(); ++i) {
    if (forms_[i] == Form::path) continue;
    const bool goes_on = !out.empty() && out.back().last == i && out.back().form == forms_[i];
    if (!goes_on) {
      Chunk chunk;
      chunk.path = path_;
      chunk.form = forms_[i];
      chunk.first = i + 1;
      out.push_back(std::move(chunk));
    }
    out.back().last = i + 1;
    const std::string_view whole = line(i);
    const bool clip = forms_[i] == Form::signature && whole.size() > kMaxLineBytes;
    out.back().text += to_valid_utf8(clip ? clip_utf8(whole, kMaxLineBytes) : whole);
    if (clip) out.back().text += kGap.substr(0, kGap.size() - 1);
    out.back().text += '\n';
  }
  return out;
}

std::string heading(std::string_view path) { return "## " + std::string(path) + "\n"; }

}  // namespace coder::context
