// The built-in never-send list: files that commonly hold keys, passwords or
// tokens. Patterns are matched like the user's; what `unless` names (matched
// against the base name) is left out of that one pattern.
#include "privacy/never_send.h"

namespace coder::privacy {

const std::vector<NeverSend>& never_send_table() {
  static const std::string templates = "*.example *.sample *.template *.dist";
  static const std::vector<NeverSend> table = {
      // environment files
      {".env", ""},
      {".env.*", templates},
      {"*.env", "example.env sample.env template.env"},
      {".envrc", ""},
      {"*.tfvars", "*example* *sample*"},
      {"*.tfvars.json", "*example* *sample*"},
      // private keys and key stores
      {"*.pem", ""},
      {"*.key", ""},
      {"*.p8", ""},
      {"*.p12", ""},
      {"*.pfx", ""},
      {"*.pkcs12", ""},
      {"*.jks", ""},
      {"*.keystore", ""},
      {"*.ppk", ""},
      {"*.ovpn", ""},
      {"*.kdb", ""},
      {"*.kdbx", ""},
      {"id_rsa*", "*.pub"},
      {"id_dsa*", "*.pub"},
      {"id_ecdsa*", "*.pub"},
      {"id_ed25519*", "*.pub"},
      {"**/.ssh/**", ""},
      {"**/.gnupg/**", ""},
      {"**/.password-store/**", ""},
      // password and token files of tools
      {".netrc", ""},
      {"_netrc", ""},
      {".npmrc", ""},
      {".yarnrc.yml", ""},
      {".pypirc", ""},
      {".pgpass", ""},
      {".my.cnf", ""},
      {".s3cfg", ""},
      {".boto", ""},
      {".htpasswd", ""},
      {".git-credentials", ""},
      {".vault-token", ""},
      {".dockercfg", ""},
      {"**/.docker/config.json", ""},
      {"**/.aws/credentials", ""},
      {"**/.aws/sso/cache/**", ""},
      {"**/.aws/cli/cache/**", ""},
      {"**/.azure/**", ""},
      {"**/.config/gcloud/**", ""},
      {"**/.config/gh/hosts.yml", ""},
      {"**/.kube/config", ""},
      {"kubeconfig", ""},
      {"**/.cargo/credentials", ""},
      {"**/.cargo/credentials.toml", ""},
      {"**/.gem/credentials", ""},
      {"**/.m2/settings-security.xml", ""},
      // named for what is in them
      {"credentials.json", ""},
      {"application_default_credentials.json", ""},
      {"client_secret*.json", ""},
      {"service[-_]account*.json", ""},
      {"secrets.yml", ""},
      {"secrets.yaml", ""},
      {"secrets.json", ""},
      {"secrets.toml", ""},
      {"local.settings.json", ""},
      {"*.tfstate", ""},
      {"*.tfstate.backup", ""},
      // what was typed at a prompt
      {".bash_history", ""},
      {".zsh_history", ""},
      {".psql_history", ""},
      {".mysql_history", ""},
      // our own configuration: it may hold keys
      {"**/coder-nvim/config.toml", ""},
  };
  return table;
}

}  // namespace coder::privacy
