/** Words of somebody's own: each keeps the direction of its writing to itself. */
export const Tags = ({ tags }: { readonly tags: readonly string[] }) => (
  <>
    {tags.map((tag) => (
      <bdi key={tag} class="tag">
        {tag}
      </bdi>
    ))}
  </>
);
