#include "task/definitions.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "workspace/text_file.h"

namespace coder::task {

Definitions find_definitions(const workspace::Corpus& corpus, const std::string& name,
                             const std::map<std::string, std::string>& unsaved, size_t at_most) {
  Definitions found;
  const workspace::Index& index = corpus.index;
  const std::string last = name.substr(name.find_last_of(".:") + 1);
  const std::string owner =
      last.size() == name.size()
          ? ""
          : name.substr(0, name.find_last_not_of(".:", name.size() - last.size() - 1) + 1);
  struct Hit {
    workspace::Slot slot;
    uint32_t symbol;
  };
  std::vector<Hit> hits;
  index.definitions(index.name(last), [&](const workspace::Index::Definition& one) {
    const workspace::Index::File& file = index.file(one.slot);
    const int32_t parent = file.symbols[one.symbol].parent;
    const bool owned = parent >= 0 && index.text(file.symbols[static_cast<size_t>(parent)].name) ==
                                          owner.substr(owner.find_last_of(".:") + 1);
    if (owner.empty() || owned) hits.push_back({one.slot, one.symbol});
  });
  std::sort(hits.begin(), hits.end(), [&](const Hit& a, const Hit& b) {
    const int order = index.file(a.slot).path.compare(index.file(b.slot).path);
    return order != 0 ? order < 0 : a.symbol < b.symbol;
  });
  for (const Hit& hit : hits) {
    if (found.all.size() == at_most) break;
    const workspace::Index::File& file = index.file(hit.slot);
    const workspace::Facts::Symbol& symbol = file.symbols[hit.symbol];
    const auto overlay = unsaved.find(file.path);
    const std::optional<std::string> text =
        overlay != unsaved.end() ? overlay->second : workspace::read_text_file(corpus.root + "/" + file.path);
    if (!text || workspace::content_hash(*text) != file.hash) continue;
    found.all.push_back(
        {file.path, text->substr(symbol.begin, symbol.end - symbol.begin), symbol.first_line + size_t{1}});
  }
  if (!hits.empty()) return found;
  std::vector<std::string> near;
  for (workspace::Slot slot = 0; slot < index.slots(); ++slot) {
    for (const workspace::Facts::Symbol& symbol : index.file(slot).symbols) {
      const std::string_view text = index.text(symbol.name);
      if (!text.empty() && !last.empty() && (text[0] | 0x20) == (last[0] | 0x20) &&
          std::max(text.size(), last.size()) - std::min(text.size(), last.size()) <= 2)
        near.emplace_back(text);
    }
  }
  std::sort(near.begin(), near.end());
  near.erase(std::unique(near.begin(), near.end()), near.end());
  found.nearest = nearest(last, near);
  return found;
}

}  // namespace coder::task
