/**
 * The fault fingerprint of the filesystem, after Prabhakaran et al., <i>IRON File Systems</i>
 * (SOSP'05): for each kind of block, fault and operation, how the fault is noticed and what is done
 * about it. See {@code docs/fault-fingerprint.md}.
 */
@NullMarked
package org.chunkfs.core.sim.fingerprint;

import org.jspecify.annotations.NullMarked;
