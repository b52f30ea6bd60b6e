#include "workspace/text_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace coder::workspace {

std::optional<std::string> read_text_file(const std::string& path) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed))
    return std::nullopt;  // a FIFO would wait for its writer
  const auto size = std::filesystem::file_size(path, failed);
  if (failed || size > kMaxTextBytes) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in || text.size() > kMaxTextBytes || text.find('\0') != std::string::npos) return std::nullopt;
  return text;
}

}  // namespace coder::workspace
