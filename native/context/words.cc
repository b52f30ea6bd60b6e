#include "context/words.h"

#include <algorithm>
#include <cmath>

namespace coder::context {
namespace {

// Robertson's usual constants; the length of a file counts less than that of a chunk.
constexpr double kK1 = 1.2, kFileB = 0.5, kChunkB = 0.75;

/// Words that more files hold than this many do not make two files alike, and cost the most.
constexpr uint32_t kMaxSharers = 48;
/// Distinct words that a file counts as having on top of its own, so that tiny ones are not alike to all.
constexpr double kShortFile = 20;

/// Rare here is a word that few paths hold, however often texts do.
void score_path_words(const workspace::Index& index, const Question& question, Sheet& sheet) {
  struct Hit {
    workspace::Slot slot;
    bool in_name;
  };
  std::vector<std::vector<Hit>> hits(question.terms.size());
  std::vector<uint8_t> wanted;  // by word: term + 1
  for (size_t i = 0; i < question.terms.size(); ++i) {
    const uint32_t word = question.terms[i].word;
    if (word >= wanted.size()) wanted.resize(word + 1);
    wanted[word] = static_cast<uint8_t>(i + 1);
  }
  for (workspace::Slot slot = 0; slot < index.slots(); ++slot) {
    const std::vector<uint32_t>& words = index.file(slot).path_words;
    for (size_t i = words.size(); i-- > 0;) {
      if (words[i] >= wanted.size() || wanted[words[i]] == 0) continue;
      std::vector<Hit>& of_term = hits[wanted[words[i]] - 1u];
      if (!of_term.empty() && of_term.back().slot == slot) continue;
      of_term.push_back({slot, i + index.file(slot).name_words >= words.size()});
    }
  }
  for (size_t i = 0; i < hits.size(); ++i) {
    const double weight = question.terms[i].weight * rarity(index.size(), hits[i].size());
    for (const Hit& hit : hits[i]) {
      sheet.add(hit.in_name ? Feature::name_words : Feature::path_words, hit.slot, weight);
    }
  }
}

}  // namespace

ChunkScores::ChunkScores(const workspace::Index& index) {
  begins_.reserve(index.slots() + 1);
  uint32_t next = 0;
  for (workspace::Slot slot = 0; slot < index.slots(); ++slot) {
    begins_.push_back(next);
    next += index.file(slot).lines / workspace::kChunkLines + 1;
  }
  begins_.push_back(next);
  scores_.resize(next);
}

uint32_t ChunkScores::best_line(workspace::Slot slot) const {
  const auto first = scores_.begin() + begins_[slot], last = scores_.begin() + begins_[slot + 1];
  const auto best = std::max_element(first, last);
  if (best == last || *best <= 0) return 0;
  return static_cast<uint32_t>(best - first) * workspace::kChunkLines + 1;
}

void score_words(const workspace::Index& index, const Question& question, Sheet& sheet, ChunkScores& chunks) {
  const auto files = static_cast<double>(std::max<size_t>(index.size(), 1));
  const double mean_file = std::max(1.0, static_cast<double>(index.totals().words) / files);
  const double mean_chunk =
      std::min(mean_file, static_cast<double>(index.totals().words) * workspace::kChunkLines /
                              static_cast<double>(std::max<uint64_t>(index.totals().lines, 1)));
  std::vector<float>& of_file = sheet.column(Feature::bm25_file);
  std::vector<float>& of_chunk = sheet.column(Feature::bm25_chunk);
  for (const Term& term : question.terms) {
    const double weight = term.weight * term.rarity;
    workspace::Slot last = workspace::kNoSlot;
    double count = 0, words_in_chunk = 0;
    const auto close = [&] {
      if (last == workspace::kNoSlot) return;
      const double length = kK1 * (1 - kFileB + kFileB * index.file(last).word_count / mean_file);
      of_file[last] += static_cast<float>(weight * count * (kK1 + 1) / (count + length));
    };
    index.postings(term.word, [&](const workspace::Index::Posting& one) {
      if (one.slot != last) {
        close();
        last = one.slot;
        count = 0;
        words_in_chunk = index.file(last).word_count / static_cast<double>(chunks.chunks(last));
      }
      count += one.count;
      const double length = kK1 * (1 - kChunkB + kChunkB * words_in_chunk / mean_chunk);
      float& score = chunks.at(one.slot, one.chunk);
      score += static_cast<float>(weight * one.count * (kK1 + 1) / (one.count + length));
      of_chunk[one.slot] = std::max(of_chunk[one.slot], score);
    });
    close();
    // A file that defines three symbols of that word is hardly more likely than one that defines two.
    last = workspace::kNoSlot;
    count = 0;
    const auto close_names = [&] {
      if (last != workspace::kNoSlot) sheet.add(Feature::symbol_words, last, weight * count / (count + 1));
    };
    index.named(term.word, [&](const workspace::Index::Definition& one) {
      if (one.slot != last) {
        close_names();
        last = one.slot;
        count = 0;
      }
      count += 1;
    });
    close_names();
  }
  score_path_words(index, question, sheet);
  for (const Called& called : question.called) {
    workspace::Slot last = workspace::kNoSlot;
    index.definitions(called.name, [&](const workspace::Index::Definition& one) {
      if (one.slot != last) sheet.add(Feature::said_names, one.slot, called.weight);
      last = one.slot;
    });
    const double users = std::max<double>(1, index.users(called.name));
    index.uses(called.name, [&](const workspace::Index::Using& one) {
      sheet.add(Feature::said_uses, one.slot, called.weight * std::sqrt(one.count / users));
    });
  }
}

void score_alike(const workspace::Index& index, const Question& question, Sheet& sheet) {
  std::vector<float> sums;
  for (const Seed& seed : question.seeds) {
    if (seed.slot == workspace::kNoSlot) continue;
    sums.assign(index.slots(), 0);
    double own = 0;
    for (const uint32_t word : index.file(seed.slot).words) {
      const uint32_t holders = index.holders(word);
      if (holders < 2 || holders > kMaxSharers) continue;
      const double rare = rarity(index.size(), holders);
      own += rare * rare;
      workspace::Slot last = workspace::kNoSlot;
      index.postings(word, [&](const workspace::Index::Posting& one) {
        if (one.slot != last) sums[one.slot] += static_cast<float>(rare * rare);
        last = one.slot;
      });
    }
    if (own == 0) continue;
    for (workspace::Slot slot = 0; slot < index.slots(); ++slot) {
      if (sums[slot] == 0 || slot == seed.slot) continue;
      const double length =
          std::sqrt(own * (kShortFile + static_cast<double>(index.file(slot).words.size())));
      sheet.raise(Feature::alike, slot, seed.weight * static_cast<double>(sums[slot]) / length);
    }
  }
}

}  // namespace coder::context
