#include "config/live.h"

#include <filesystem>

namespace coder::config {
namespace {

std::vector<std::string> texts_of(const std::vector<Problem>& problems) {
  std::vector<std::string> out;
  out.reserve(problems.size());
  for (const Problem& problem : problems) out.push_back(problem.text());
  return out;
}

}  // namespace

Live::Live(loop::Loop& loop, std::string file, bool must_exist, Handlers handlers)
    : loop_(loop),
      file_(std::move(file)),
      must_exist_(must_exist),
      handlers_(std::make_shared<Handlers>(std::move(handlers))) {
  watch();
  current_ = std::make_shared<const Config>(load(file_, must_exist_));
  if (current_->has_errors()) told_ = texts_of(current_->problems);
}

Live::~Live() = default;

void Live::watch() {
  watches_.clear();
  if (file_.empty()) return;
  std::error_code failed;
  const std::filesystem::path named = std::filesystem::absolute(file_, failed);
  const std::filesystem::path target = std::filesystem::weakly_canonical(named, failed);
  for (std::filesystem::path path : {named, target}) {
    if (path.empty() || (&path == &target && target == named)) continue;
    // A folder that does not exist yet is waited for in the one above it.
    for (; path.has_relative_path(); path = path.parent_path()) {
      auto watch = std::make_unique<loop::FileWatch>(loop_, path.string(), [this] { changed(); });
      if (!watch->active()) continue;
      watches_.push_back(std::move(watch));
      break;
    }
  }
}

void Live::changed() {
  watch();  // first, so that no change falls in between; a link may lead elsewhere now
  const std::shared_ptr<Handlers> handlers = handlers_;
  auto fresh = std::make_shared<const Config>(load(file_, must_exist_));
  if (fresh->has_errors() && !current_->has_errors()) {
    std::vector<std::string> texts = texts_of(fresh->problems);
    if (texts == told_) return;
    told_ = std::move(texts);
    if (handlers->on_rejected) handlers->on_rejected(*fresh);
    return;
  }
  // Where there never was a good state, the newest broken one is as near as it gets.
  told_.clear();
  current_ = fresh;
  if (handlers->on_change) handlers->on_change(fresh);
}

}  // namespace coder::config
