import type { Texts } from "../en.ts";

export const shell: Texts["shell"] = {
  tabs: { formula: "公式", network: "网络", check: "批改", jobs: "任务" },
  skip: "跳到正文",
  sections: "栏目",
  language: "语言",
  theme: "主题",
  themes: { auto: "跟随系统", light: "浅色", dark: "深色" },
  tagline: "数值向前走，梯度往回传",
  reference: "API 文档",
  source: "接口约定",
  loading: "正在加载……",
  notLoaded: "页面的这一部分没能加载。",
  again: "再试一次",
  close: "关闭",
  key: {
    title: "这个服务需要密钥",
    explanation: "密钥由服务的管理者发放。它只保留到这个标签页关闭为止，也只发送给这个服务。",
    refused: "服务不认识这个密钥。",
    label: "API 密钥",
    use: "使用密钥",
    without: "不用密钥继续",
    another: "换一个密钥",
  },
};
