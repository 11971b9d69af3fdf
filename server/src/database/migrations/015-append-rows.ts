/**
 * Commits of many scenes at a quarter less: the answer is one row, and scenes are locked only where somebody else could.
 *
 * `append_updates` of before stays for servers that are yet to be replaced. Arrays of which nothing is known may be NULL.
 */
export const appendRows = {
  id: '015-append-rows',
  sql: /* sql */ `
    CREATE FUNCTION append_rows(
      p_scene_ids text[], p_starts integer[], p_lengths integer[], p_names text[], p_node_counts integer[],
      p_afters bigint[], p_data bytea, p_lock boolean
    )
    RETURNS TABLE (scenes text, seqs text) LANGUAGE plpgsql AS $$
    #variable_conflict use_column
    BEGIN
      IF p_lock THEN
        PERFORM 1 FROM scenes WHERE scene_id = ANY (p_scene_ids) ORDER BY scene_id FOR UPDATE;
      END IF;
      RETURN QUERY
        WITH heads AS (
          UPDATE scenes s
          SET head_seq = s.head_seq + 1, updated_at = now(),
              name = COALESCE(i.name, s.name), node_count = COALESCE(i.node_count, s.node_count)
          FROM unnest(p_scene_ids, p_starts, p_lengths, p_names, p_node_counts, p_afters)
            AS i (scene_id, start, length, name, node_count, after)
          WHERE s.scene_id = i.scene_id AND (i.after IS NULL OR s.head_seq = i.after)
          RETURNING s.scene_id, s.head_seq, substring(p_data FROM i.start + 1 FOR i.length) AS data
        ), appended AS (
          INSERT INTO scene_updates AS u (scene_id, seq, data, sha256)
          SELECT h.scene_id, h.head_seq, h.data, sha256(h.data) FROM heads h
          RETURNING u.scene_id, u.seq
        )
        SELECT string_agg(a.scene_id, ','), string_agg(a.seq::text, ',') FROM appended a;
    END $$;
  `,
} as const;
