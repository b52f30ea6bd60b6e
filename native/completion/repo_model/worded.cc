#include <algorithm>

#include "completion/repo_model/base_data.h"
#include "completion/repo_model/buffer_tokens.h"
#include "completion/repo_model/gates.h"
#include "completion/repo_model/predictor.h"

namespace coder::completion {
inline namespace repo_model {
namespace {

std::string_view without_blanks(std::string_view line) {
  line.remove_prefix(indent_of(line));
  while (!line.empty() && is_blank_byte(line.back())) line.remove_suffix(1);
  return line;
}

/// The next line below that has text, without its blanks; empty where there is none.
std::string_view line_below(const BufferTokens& buffer, size_t line) {
  for (size_t i = line + 1; i < buffer.size(); ++i) {
    const std::string_view text = without_blanks(buffer.line(i));
    if (!text.empty()) return text;
  }
  return {};
}

/// Indentation of lines below `line`: as deep as their line starts say, of the bytes that the buffer uses.
class Indent {
 public:
  Indent(const BufferTokens& buffer, size_t line) {
    const std::string& text = buffer.line(line);
    width_ = static_cast<int64_t>(indent_of(text));
    for (size_t i = line + 1; i-- > 0 && line - i < 200;) {
      const std::string& above = buffer.line(i);
      if (above.empty() || !is_blank_byte(above.front())) continue;
      byte_ = above.front() == '\t' ? '\t' : ' ';
      break;
    }
  }
  std::string next(Token line_start) {
    if (line_start == kBlankLine) return {};
    width_ = std::max<int64_t>(0, width_ + indent_change(line_start));
    return std::string(static_cast<size_t>(width_), byte_);
  }

 private:
  int64_t width_ = 0;
  char byte_ = ' ';
};

}  // namespace

std::optional<RepoGuess> worded(const BufferTokens& buffer, size_t line, const Path& path,
                                const PathEnd& end) {
  RepoGuess out;
  out.kind = end.line ? RepoGuess::Kind::line : RepoGuess::Kind::word;
  out.confidence = end.probability;
  for (size_t i = 0; i <= end.last; ++i) {
    out.text += path.steps[i].text;
    out.private_text = out.private_text || path.steps[i].in_private;
  }
  out.text.erase(0, path.typed);
  const std::string_view below = line_below(buffer, line);
  // The line below, once more: hardly meant where it is more than a bracket.
  if (end.line && path.at_line_start && out.text.size() >= 8 && out.text == below) return std::nullopt;
  if (end.line && end.last + 1 < path.steps.size()) {
    Indent indent(buffer, line);
    std::string more, text;
    double confidence = out.confidence;
    bool in_private = out.private_text;
    std::string begin = "\n" + indent.next(path.steps[end.last].line_start);
    for (size_t i = end.last + 1; i < path.steps.size(); ++i) {
      const PathStep& step = path.steps[i];
      confidence *= static_cast<double>(step.probability);
      in_private = in_private || step.in_private;
      text += step.text;
      if (step.token != kEndOfLine) continue;
      if (!text.empty() && text == below) break;
      more += text.empty() ? "\n" : begin + text;
      if (!text.empty()) {
        out.text += more;
        more.clear();
        out.kind = RepoGuess::Kind::lines;
        out.confidence = confidence;
        out.private_text = in_private;
      }
      text.clear();
      begin = "\n" + indent.next(step.line_start);
    }
  }
  if (out.text.empty() || !is_utf8(out.text)) return std::nullopt;
  return out;
}

}  // namespace repo_model
}  // namespace coder::completion
