#include "app/pacer.h"

namespace coder::app {

Pacer::Pacer(loop::Loop& loop, PacerPolicy policy, std::function<size_t()> backlog, Flush flush)
    : loop_(loop),
      policy_(policy),
      backlog_(std::move(backlog)),
      flush_(std::move(flush)),
      timer_(loop, [this] { due(); }),
      alive_(std::make_shared<Pacer*>(this)) {}

Pacer::~Pacer() { *alive_ = nullptr; }

void Pacer::text(std::string_view piece) {
  text_ += piece;
  schedule();
}

void Pacer::reasoning(std::string_view piece) {
  if (!text_.empty()) finish();  // keeps the order: reasoning is put before the text of one flush
  reasoning_ += piece;
  schedule();
}

void Pacer::schedule() {
  if (scheduled_) return;
  scheduled_ = true;
  const auto since = std::chrono::duration_cast<Millis>(loop_.now() - last_flush_);
  if (since < policy_.frame) return timer_.start(policy_.frame - since);
  loop_.post([alive = alive_] {
    if (*alive) (*alive)->due();
  });
}

void Pacer::due() {
  if (!scheduled_) return;
  if (backlog_() > policy_.max_backlog) return timer_.start(policy_.frame);
  finish();
}

void Pacer::finish() {
  scheduled_ = false;
  timer_.stop();
  if (text_.empty() && reasoning_.empty()) return;
  last_flush_ = loop_.now();
  std::string text, reasoning;
  text.swap(text_);
  reasoning.swap(reasoning_);
  flush_(std::move(text), std::move(reasoning));
}

}  // namespace coder::app
