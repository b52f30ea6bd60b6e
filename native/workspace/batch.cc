#include "workspace/batch.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace coder::workspace {
namespace {

constexpr int64_t kRecent = int64_t{14} * 24 * 3600 * 1'000'000'000;  // two weeks, in ns

}  // namespace

std::optional<FactsStore::Entry> entry_of(const Look& look) {
  // What a name says is not stored: another configuration may say otherwise.
  if (!look.there || (!look.left_out.empty() && !look.by_text)) return std::nullopt;
  if (!look.facts && look.stat.size < 0) return std::nullopt;
  return FactsStore::Entry{look.path, look.stat,     look.left_out,
                           look.hash, look.language, look.facts ? encode(*look.facts) : std::string()};
}

Batch read_batch(const Selection& selection, std::vector<Task> tasks, uint64_t stamp, bool keep,
                 const Hashes* hashes) {
  const Disk disk(selection.root());
  Batch out;
  for (Task& task : tasks) {
    bool in_store = false;
    const KnownFacts known = [&](uint64_t hash, syntax::Language language) {
      if (task.known && task.known(hash, language)) return true;
      in_store = !task.parse && hashes && hashes->count(hash) > 0;
      return in_store;
    };
    Look look = look_at(selection, disk, task.wanted.path, stamp, known);
    std::optional<FactsStore::Entry> entry = keep ? entry_of(look) : std::nullopt;
    if (entry) out.entries.push_back(std::move(*entry));
    out.parsed += look.facts.has_value();
    if (in_store) {
      task.wanted.stat = look.stat;
      out.stored.push_back({std::move(task), {"", look.hash, look.language, ""}});
    } else {
      out.looks.push_back(std::move(look));
    }
  }
  return out;
}

Batch decode_batch(const Selection& selection, std::vector<Stored> stored, uint64_t stamp) {
  Batch out;
  for (Stored& one : stored) {
    FactsStore::Kept& kept = one.kept;
    Look look;
    look.path = one.task.wanted.path;
    look.stamp = stamp;
    look.there = true;
    look.stat = one.task.wanted.stat;
    look.hash = kept.hash;
    look.language = kept.language;
    look.left_out = selection.left_out(look.path);
    if (look.left_out.empty()) look.left_out = kept.left_out;
    if (look.left_out.empty() && !(one.task.known && one.task.known(kept.hash, kept.language))) {
      Result<Facts> facts = decode_facts(kept.facts);
      if (!facts || facts->hash != kept.hash || facts->language != kept.language) {
        one.task.parse = true;
        out.missed.push_back(std::move(one.task));
        continue;
      }
      look.facts = std::move(*facts);
    }
    out.looks.push_back(std::move(look));
  }
  return out;
}

void sort_by_use(std::vector<Task>& tasks) {
  int64_t newest = 0;
  for (const Task& task : tasks) newest = std::max(newest, task.wanted.stat.mtime_ns);
  using Key = std::tuple<bool, bool, int64_t>;
  std::vector<std::pair<Key, size_t>> order;
  order.reserve(tasks.size());
  for (size_t i = 0; i < tasks.size(); ++i) {
    const Wanted& wanted = tasks[i].wanted;
    const bool words_only = syntax::language_of(wanted.path) == syntax::Language::none;
    const bool old = wanted.stat.mtime_ns < newest - kRecent;
    order.emplace_back(Key(words_only, old, wanted.stat.size), i);
  }
  std::sort(order.begin(), order.end());
  std::vector<Task> sorted;
  sorted.reserve(tasks.size());
  for (const auto& [key, i] : order) sorted.push_back(std::move(tasks[i]));
  tasks.swap(sorted);
}

}  // namespace coder::workspace
