// SPDX-License-Identifier: BSD-2-Clause
// crypto/mbedtls/mbedtls_config.h - what is built of mbedTLS: digests, RSA with a public key, ECDSA's verification. This
// folder is looked through before the library's own, which has a file of this name with all of it.
#ifndef CRYPTO_MBEDTLS_CONFIG_H
#define CRYPTO_MBEDTLS_CONFIG_H

// Memory is an arena that is handed in, by blocks whose headers hold pointers: the alignment by default is 4.
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_PLATFORM_NO_STD_FUNCTIONS
#define MBEDTLS_PLATFORM_SNPRINTF_ALT  // a pointer that nothing calls
#define MBEDTLS_MEMORY_BUFFER_ALLOC_C
#define MBEDTLS_MEMORY_ALIGN_MULTIPLE 16
#define MBEDTLS_PLATFORM_ZEROIZE_ALT  // nothing here is secret, so nothing has to be wiped

// It stops when the arena's headers are damaged.
#ifdef __cplusplus
extern "C" [[noreturn]] void crypto_damaged(int status);
#else
_Noreturn void crypto_damaged(int status);
#endif
#define MBEDTLS_PLATFORM_EXIT_MACRO crypto_damaged

#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA384_C
#define MBEDTLS_SHA512_C
// By Armv8's instructions where getauxval() says so, which outside of Linux is ours (crypto/extensions.cc).
#ifdef __aarch64__
#define MBEDTLS_SHA256_USE_ARMV8_A_CRYPTO_IF_PRESENT
#define MBEDTLS_SHA512_USE_A64_CRYPTO_IF_PRESENT
#endif

#define MBEDTLS_BIGNUM_C
#define MBEDTLS_HAVE_ASM
#define MBEDTLS_NO_UDBL_DIVISION  // of 128 bits, for which compilers call a library that is not there
#define MBEDTLS_MPI_MAX_SIZE 512
#define MBEDTLS_MPI_WINDOW_SIZE 1  // public exponents have few bits set

#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_OID_C

#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECP_WINDOW_SIZE 3  // more is hardly faster, and takes more memory than RSA
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 0
#define MBEDTLS_ECDSA_C
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C

#endif
