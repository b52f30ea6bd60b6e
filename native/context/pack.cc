#include "context/pack.h"

#include <algorithm>
#include <cmath>
#include <queue>
#include <unordered_map>
#include <unordered_set>

#include "base/tokens.h"
#include "context/pack_file.h"

namespace coder::context {
namespace {

using workspace::Slot;

/// Files beyond these have no share in any budget that is worth looking at.
constexpr size_t kMaxFiles = 160;
/// Bytes of a file that its bytes per token are measured on.
constexpr size_t kSample = 4096;

const char* const kListHeading = "## Other files\n";

/// One step up for one place: from nothing to signature, from signature to body; or a path on the list.
struct Step {
  size_t file = 0;  ///< index into Packer::files_
  size_t item = 0;
  Form form = Form::path;
  double ratio = 0;  ///< value per byte
  bool operator<(const Step& other) const {
    if (ratio != other.ratio) return ratio < other.ratio;
    if (file != other.file) return file > other.file;
    if (item != other.item) return item > other.item;
    return form > other.form;
  }
};

class Packer {
 public:
  Packer(const workspace::Corpus& corpus, const Ranked& ranked, const PackOptions& options)
      : corpus_(corpus), ranked_(ranked), options_(options) {
    out_.budget = options.budget;
  }

  Packed run() {
    gather();
    choose();
    settle();
    return std::move(out_);
  }

 private:
  void gather();
  void choose();
  /// False: it may not go in, or cannot.
  bool admit(size_t file);
  void push(size_t file, size_t item, Form form);
  void push_all(size_t file);
  Step weighed(Step step) const;
  double bytes(const Step& step) const;
  void apply(const Step& step);
  void render();
  void settle();

  const workspace::Corpus& corpus_;
  const Ranked& ranked_;
  const PackOptions& options_;
  std::vector<PackFile> files_;
  enum class State : uint8_t { unknown, admitted, out };
  std::vector<State> states_;  ///< by file
  std::priority_queue<Step> steps_;
  std::vector<Step> taken_;                  ///< in the order they were taken
  double bytes_per_token_ = kBytesPerToken;  ///< measured on the files taken so far
  double measured_bytes_ = 0, measured_tokens_ = 0;
  Packed out_;
};

void Packer::gather() {
  std::unordered_map<Slot, std::vector<const RankedSymbol*>> symbols;
  for (const RankedSymbol& symbol : ranked_.symbols) symbols[symbol.slot].push_back(&symbol);
  const std::unordered_set<std::string> without(options_.without.begin(), options_.without.end());
  double sum = 0;
  const double best = ranked_.files.empty() ? 0 : ranked_.files.front().score;
  for (const RankedFile& file : ranked_.files) sum += std::exp(file.score - best);
  files_.reserve(std::min(ranked_.files.size(), kMaxFiles));
  for (const RankedFile& file : ranked_.files) {
    if (files_.size() == kMaxFiles) break;
    if (without.count(file.path)) continue;
    files_.emplace_back(corpus_.index, file, std::exp(file.score - best) / sum, symbols[file.slot]);
  }
  states_.resize(files_.size());
}

bool Packer::admit(size_t number) {
  PackFile& file = files_[number];
  if (states_[number] != State::unknown) return states_[number] == State::admitted;
  const std::string refused = options_.refuse ? options_.refuse(file.ranked().path) : "";
  states_[number] = refused.empty() ? State::admitted : State::out;
  if (!refused.empty()) out_.dropped.push_back({file.ranked().path, refused});
  return refused.empty();
}

Step Packer::weighed(Step step) const {
  const PackFile& file = files_[step.file];
  step.ratio = 0;
  if (step.form != Form::path && step.item >= file.items()) return step;  // of a text that is no more
  const double size = bytes(step);
  const double value = step.form == Form::path ? file.path_value() : file.value(step.item, step.form);
  if (size > 0) step.ratio = value / size;
  return step;
}

double Packer::bytes(const Step& step) const {
  const PackFile& file = files_[step.file];
  return step.form == Form::path ? file.path_bytes() : file.bytes(step.item, step.form);
}

void Packer::push(size_t file, size_t item, Form form) {
  const Step step = weighed({file, item, form, 0});
  if (step.ratio > 0) steps_.push(step);
}

void Packer::push_all(size_t file) {
  for (size_t i = 0; i < files_[file].items(); ++i) push(file, i, files_[file].first_form(i));
}

void Packer::choose() {
  for (size_t i = 0; i < files_.size(); ++i) {
    push(i, 0, Form::path);
    push_all(i);
  }
  double left = static_cast<double>(options_.budget);
  while (!steps_.empty() && left > 1) {
    // What a step is worth, and costs, changes with what was taken since it was weighed.
    const Step step = weighed(steps_.top());
    steps_.pop();
    PackFile& file = files_[step.file];
    if (step.ratio <= 0 || states_[step.file] == State::out) {
      if (step.form == Form::signature && states_[step.file] != State::out)
        push(step.file, step.item, Form::body);
      continue;
    }
    if (step.form == Form::path && (file.shows() || file.listed())) continue;
    if (!steps_.empty() && step < steps_.top()) {
      steps_.push(step);
      continue;
    }
    if (bytes(step) / bytes_per_token_ > left) continue;
    if (!admit(step.file)) continue;
    if (step.form != Form::path && !file.loaded()) {
      const PackFile::Load load = file.load(options_.read(file.ranked().path));
      if (load == PackFile::Load::failed) {
        states_[step.file] = State::out;
        out_.dropped.push_back({file.ranked().path, "cannot be read"});
        continue;
      }
      const std::string_view sample = std::string_view(file.text()).substr(0, kSample);
      measured_bytes_ += static_cast<double>(sample.size());
      measured_tokens_ += static_cast<double>(options_.count(sample));
      if (measured_tokens_ > 0) bytes_per_token_ = measured_bytes_ / measured_tokens_;
      if (load == PackFile::Load::changed) {  // its items are others
        push_all(step.file);
      } else {
        push(step.file, step.item, step.form);  // weighed again, by its text
      }
      continue;
    }
    left -= bytes(step) / bytes_per_token_;
    apply(step);
    taken_.push_back(step);
    if (step.form == Form::signature) push(step.file, step.item, Form::body);
  }
}

void Packer::apply(const Step& step) {
  if (step.form == Form::path) {
    files_[step.file].list();
  } else {
    files_[step.file].show(step.item, step.form);
  }
}

void Packer::render() {
  out_.chunks.clear();
  out_.text.clear();
  std::vector<const PackFile*> order;
  for (const PackFile& file : files_) {
    if (file.listed() || file.shows()) order.push_back(&file);
  }
  // What is there for the seeds' sake stays while questions come and go, so it stands first: the head of the
  // prompt is then the same from question to question, and engines keep what they know of it.
  std::sort(order.begin(), order.end(), [](const PackFile* a, const PackFile* b) {
    if (a->ranked().lasting != b->ranked().lasting) return a->ranked().lasting;
    return a->ranked().path < b->ranked().path;
  });
  for (const PackFile* file : order) {
    if (!file->shows()) continue;
    out_.text += heading(file->ranked().path);
    uint32_t last = 0;
    for (Chunk& chunk : file->chunks()) {
      if (chunk.first != last + 1) out_.text += kGap;
      last = chunk.last;
      out_.text += chunk.text;
      chunk.tokens = options_.count(chunk.text);
      out_.chunks.push_back(std::move(chunk));
    }
    if (last < file->lines()) out_.text += kGap;
  }
  bool first = true;
  for (const PackFile* file : order) {
    if (file->shows()) continue;
    if (first) out_.text += kListHeading;
    first = false;
    Chunk chunk;
    chunk.path = file->ranked().path;
    chunk.text = chunk.path + "\n";
    chunk.tokens = options_.count(chunk.text);
    chunk.score = file->ranked().score;
    chunk.why = file->ranked().why;
    out_.text += chunk.text;
    out_.chunks.push_back(std::move(chunk));
  }
}

void Packer::settle() {
  for (;;) {
    render();
    out_.tokens = options_.count(out_.text);
    if (out_.tokens <= options_.budget || taken_.empty()) break;
    // The estimate was short: leave out the least of what was taken, a bit more than what is over.
    const double over = static_cast<double>(out_.tokens - options_.budget) / static_cast<double>(out_.tokens);
    const auto drop = static_cast<size_t>(std::ceil(over * static_cast<double>(taken_.size())));
    taken_.resize(taken_.size() - std::min(taken_.size(), std::max<size_t>(drop, 1)));
    for (PackFile& file : files_) file.clear();
    for (const Step& step : taken_) apply(step);
  }
}

}  // namespace

Packed pack(const workspace::Corpus& corpus, const Ranked& ranked, const PackOptions& options) {
  return Packer(corpus, ranked, options).run();
}

}  // namespace coder::context
