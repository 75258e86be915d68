/* stub */
typedef int kernels_stub;
