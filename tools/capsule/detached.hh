// SPDX-License-Identifier: BSD-2-Clause
// tools/capsule/detached.hh - signing where the private key is: what it has to sign goes out, its signature comes back.
#pragma once
#include <optional>

#include "tools/capsule/commands.hh"
#include "tools/capsule/recipe.hh"

namespace capsule {

/// A file for each item: that of `options` when there is one item, and with .0, .1 behind it otherwise.
std::string numbered(const std::string& file, size_t number, size_t count);

Outcome<void> write_detached(Recipe& recipe, const DetachedOptions& options, const SignatureForm& form);

/// Makes a seal of a signature that was made elsewhere: a PKCS#7 (DER or PEM), or a bare signature over
/// signed_attributes(), for which `signer` is needed. It is checked here with the certificate that comes with it.
Outcome<std::unique_ptr<Seal>> attach(RecipeItem& item, const std::string& file, const SignatureForm& form,
                                      const std::optional<Identity>& signer);

}  // namespace capsule
