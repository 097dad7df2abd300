/** What {@code chunkfs bench} measures: the floors that chunkfs wants to keep, as figures. */
@NullMarked
package org.chunkfs.cli.bench;

import org.jspecify.annotations.NullMarked;
