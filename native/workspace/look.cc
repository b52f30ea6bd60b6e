#include "workspace/look.h"

#include <utility>

#include "privacy/view.h"
#include "workspace/content.h"

namespace coder::workspace {
namespace {

constexpr const char* kTooLarge = "larger than 1 MiB";
static_assert(kMaxFileBytes == 1 << 20);

/// What `text` says of the file, once its name has nothing against it.
void judge_text(Look& look, const std::string& text, const KnownFacts& known) {
  if (const char* const reason = left_out_by_text(look.path, text)) {
    look.left_out = reason;
    look.by_text = true;
    return;
  }
  look.hash = content_hash(text);
  look.language = syntax::language_of(look.path, std::string_view(text).substr(0, text.find('\n')));
  if (!known || !known(look.hash, look.language)) look.facts = make_facts(look.language, text);
}

}  // namespace

Selection::Selection(std::string root, const std::vector<std::string>& exclude,
                     const std::vector<std::string>& never_send)
    : root_(std::move(root)), exclude_(privacy::compile(exclude)), rules_({}, never_send) {}

std::string Selection::left_out(const std::string& path) const {
  if (const char* const reason = left_out_by_name(path)) return reason;
  const std::string whole = root_ + "/" + path;
  const privacy::Verdict verdict = rules_.judge(whole);
  if (verdict.never_send) return "never sent: " + verdict.rule;
  if (exclude_.empty()) return "";
  privacy::View view(whole, false);
  for (const privacy::Pattern& pattern : exclude_) {
    if (view.matched_below(root_.size(), pattern)) return "excluded: " + pattern.written();
  }
  return "";
}

Look look_at(const Selection& selection, const Disk& disk, std::string path, uint64_t stamp,
             const KnownFacts& known) {
  Look look;
  look.path = std::move(path);
  look.stamp = stamp;
  look.left_out = selection.left_out(look.path);
  if (!look.left_out.empty()) {
    look.there = disk.look(look.path, look.stat) == FileKind::file;
    return look;
  }
  const int64_t looked_ns = now_ns();
  Disk::Text read = disk.read(look.path);
  look.there = read.kind == FileKind::file || !read.problem.empty();
  if (!may_be_racy(read.stat, looked_ns)) look.stat = read.stat;
  if (!read.problem.empty()) {
    look.left_out = std::move(read.problem);
  } else if (read.stat.size > kMaxFileBytes || read.text.size() > static_cast<size_t>(kMaxFileBytes)) {
    look.left_out = kTooLarge;
    look.by_text = true;
  } else if (look.there) {
    judge_text(look, read.text, known);
  }
  return look;
}

Look look_at_text(const Selection& selection, std::string path, uint64_t stamp, const std::string& text,
                  const KnownFacts& known) {
  Look look;
  look.path = std::move(path);
  look.stamp = stamp;
  look.there = true;
  look.left_out = selection.left_out(look.path);
  if (!look.left_out.empty()) return look;
  if (text.size() > static_cast<size_t>(kMaxFileBytes)) {
    look.left_out = kTooLarge;
    look.by_text = true;
  } else {
    judge_text(look, text, known);
  }
  return look;
}

}  // namespace coder::workspace
