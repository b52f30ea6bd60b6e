#include "workspace/index.h"

#include <algorithm>

#include "base/text.h"
#include "workspace/words.h"

namespace coder::workspace {
namespace {

template <class T>
size_t held_by(const std::vector<T>& list) {
  return list.capacity() * sizeof(T);
}

}  // namespace

Slot Index::find(std::string_view path) const {
  const auto found = paths_.find(std::string(path));
  return found == paths_.end() ? kNoSlot : found->second;
}

Index::Lists& Index::lists(uint32_t name) {
  if (name >= lists_.size()) lists_.resize(std::max<size_t>(name + 1, names_.size()));
  return lists_[name];
}

void Index::put(std::string path, const Facts& facts) {
  if (path.empty()) return;
  if (const Slot known = find(path); known != kNoSlot) {
    if (files_[known].hash == facts.hash && files_[known].language == facts.language) return;
    drop(known);
  }
  Slot slot = static_cast<Slot>(files_.size());
  if (free_.empty()) {
    files_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  const std::vector<uint32_t> global =
      names_.add_all(facts.names.size(), [&](size_t i) { return facts.names[i]; });

  File& file = files_[slot];
  file.path = path;
  file.hash = facts.hash;
  file.language = facts.language;
  file.lines = facts.lines;
  file.bytes = facts.bytes;
  file.symbols = facts.symbols;
  for (Facts::Symbol& symbol : file.symbols) {
    symbol.name = global[symbol.name];
    if (symbol.alias != Facts::kNone) symbol.alias = global[symbol.alias];
  }
  file.uses = facts.uses;
  for (Facts::Use& use : file.uses) use.name = global[use.name];
  file.imports = facts.imports;
  for (Facts::Import& import : file.imports) import.module = global[import.module];
  if (lists_.size() < names_.size()) lists_.resize(names_.size());
  // The lists of a large tree are in no processor's cache: ask for those of the next words in good time.
  constexpr size_t kAhead = 16;
  const auto postings_of = [&](size_t i) -> const std::vector<Posting>& {
    return lists_[global[facts.words[std::min(i, facts.words.size() - 1)].name]].postings;
  };
  for (size_t i = 0; i < facts.words.size(); ++i) {
    const Facts::Word& word = facts.words[i];
    __builtin_prefetch(&postings_of(i + kAhead));
    const std::vector<Posting>& soon = postings_of(i + kAhead / 2);
    __builtin_prefetch(soon.data() + soon.size());
    const uint32_t name = global[word.name];
    Lists& list = lists_[name];
    if (list.postings.empty() || list.postings.back().slot != slot) {
      file.words.push_back(name);
      ++list.holders;
    }
    list.postings.push_back({slot, static_cast<uint16_t>(std::min<uint32_t>(word.chunk, 0xFFFF)),
                             static_cast<uint16_t>(std::min<uint32_t>(word.count, 0xFFFF))});
    file.word_count += word.count;
  }
  for (uint32_t i = 0; i < file.symbols.size(); ++i) {
    const Facts::Symbol& symbol = file.symbols[i];
    if (symbol.kind == syntax::SymbolKind::block) continue;
    const auto define = [&](uint32_t name) {
      Lists& list = lists(name);
      // What a list has of one file stands together, at its end while the file is put.
      if (list.definitions.empty() || list.definitions.back().slot != slot) ++list.definers;
      list.definitions.push_back({slot, i});
    };
    define(symbol.name);
    if (symbol.alias != Facts::kNone && symbol.alias != symbol.name) define(symbol.alias);
  }
  for (const Facts::Use& use : file.uses) {
    Lists& list = lists(use.name);
    if (list.uses.empty() || list.uses.back().slot != slot) {
      list.uses.push_back({slot, 0});
      ++list.users;
    }
    list.uses.back().count += use.count;
  }
  for (uint32_t i = 0; i < file.symbols.size(); ++i) {
    const Facts::Symbol& symbol = files_[slot].symbols[i];
    if (symbol.kind == syntax::SymbolKind::block) continue;
    for (const uint32_t word : parts(symbol.name)) lists(word).named.push_back({slot, i});
    if (symbol.alias == Facts::kNone || symbol.alias == symbol.name) continue;
    for (const uint32_t word : parts(symbol.alias)) {
      std::vector<Definition>& named = lists(word).named;
      if (named.empty() || named.back().slot != slot || named.back().symbol != i) named.push_back({slot, i});
    }
  }
  read_path(files_[slot]);
  paths_.emplace(std::move(path), slot);
  totals_.files += 1;
  totals_.lines += file.lines;
  totals_.bytes += file.bytes;
  totals_.symbols += file.symbols.size();
  totals_.words += file.word_count;
  ++version_;
}

const std::vector<uint32_t>& Index::parts(uint32_t name) {
  const auto [entry, fresh] = parts_.try_emplace(name);
  if (fresh) {
    const std::string text(names_.text(name));
    std::vector<uint32_t>& words = entry->second;
    for_each_word(text, [&](std::string_view word) { words.push_back(names_.add(workspace::stem(word))); });
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    words.shrink_to_fit();
  }
  return entry->second;
}

void Index::read_path(File& file) {
  const std::string_view path = file.path;
  const size_t slash = path.rfind('/');
  const std::string_view folder = slash == std::string_view::npos ? "" : path.substr(0, slash);
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const size_t dot = name.rfind('.');
  const bool has_extension = dot != std::string_view::npos && dot > 0;
  file.folder = names_.add(folder);
  file.stem = names_.add(lower_ascii(has_extension ? name.substr(0, dot) : name));
  file.extension = names_.add(has_extension ? name.substr(dot + 1) : "");
  const auto take = [&](std::string_view text) {
    for_each_word(
        text, [&](std::string_view word) { file.path_words.push_back(names_.add(workspace::stem(word))); });
  };
  take(folder);
  const size_t before = file.path_words.size();
  take(name);
  file.name_words = static_cast<uint32_t>(file.path_words.size() - before);
}

bool Index::remove(std::string_view path) {
  const Slot slot = find(path);
  if (slot == kNoSlot) return false;
  drop(slot);
  ++version_;
  return true;
}

void Index::uncount(const File& file) {
  totals_.files -= 1;
  totals_.lines -= file.lines;
  totals_.bytes -= file.bytes;
  totals_.symbols -= file.symbols.size();
  totals_.words -= file.word_count;
  for (const uint32_t word : file.words) --lists_[word].holders;
  std::vector<uint32_t> names;
  for (const Facts::Symbol& symbol : file.symbols) {
    if (symbol.kind == syntax::SymbolKind::block) continue;
    names.push_back(symbol.name);
    if (symbol.alias != Facts::kNone) names.push_back(symbol.alias);
  }
  const auto unique = [&names] {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
  };
  unique();
  for (const uint32_t name : names) --lists_[name].definers;
  names.clear();
  for (const Facts::Use& use : file.uses) names.push_back(use.name);
  unique();
  for (const uint32_t name : names) --lists_[name].users;
}

void Index::drop(Slot slot) {
  uncount(files_[slot]);
  paths_.erase(files_[slot].path);
  files_[slot] = {};
  // Its entries in the lists stay until enough have gathered: to look for them at once would cost a walk over
  // the longest lists with every save.
  if (++dead_ > 64 + paths_.size() / 4) compact();
}

void Index::compact() {
  const auto gone = [this](const auto& one) { return !alive(one.slot); };
  for (Lists& list : lists_) {
    list.definitions.erase(std::remove_if(list.definitions.begin(), list.definitions.end(), gone),
                           list.definitions.end());
    list.uses.erase(std::remove_if(list.uses.begin(), list.uses.end(), gone), list.uses.end());
    list.postings.erase(std::remove_if(list.postings.begin(), list.postings.end(), gone),
                        list.postings.end());
    list.named.erase(std::remove_if(list.named.begin(), list.named.end(), gone), list.named.end());
  }
  free_.clear();
  for (Slot slot = 0; slot < files_.size(); ++slot) {
    if (!alive(slot)) free_.push_back(slot);
  }
  dead_ = 0;
}

size_t Index::memory() const {
  size_t sum = names_.bytes() + held_by(lists_) + held_by(files_);
  for (const Lists& list : lists_) {
    sum += held_by(list.definitions) + held_by(list.uses) + held_by(list.postings) + held_by(list.named);
  }
  for (const auto& [name, words] : parts_) sum += held_by(words) + 56;
  for (const File& file : files_) {
    sum += held_by(file.symbols) + held_by(file.uses) + held_by(file.imports) + held_by(file.words) +
           held_by(file.path_words) + file.path.capacity() + 64;
  }
  return sum;
}

}  // namespace coder::workspace
